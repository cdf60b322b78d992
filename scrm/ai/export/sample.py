"""Sentences on which an export is compared with its source: Chinese and English, mixed, codes, short and cut at the end."""

SENTENCES = [
    "退货需要几天？",
    "我想把上周买的外套换成大一号，吊牌还在。",
    "自签收之日起七天内，商品完好、配件齐全的，可以申请无理由退货；定制商品、生鲜和已拆封的软件除外。",
    "型号 ZK-2000 Pro（固件 v3.2.1）长按电源键 10 秒恢复出厂设置，指示灯变为红色后松开。",
    "运费由谁承担，要看退货的原因：质量问题由商家承担，其他原因由买家承担。",
    "请在「我的」—「订单」里点“申请售后”，上传三张以内的照片，客服会在 24 小时内处理。",
    "云主机的系统盘支持扩容，不支持缩容；扩容之后需要在操作系统里调整分区。",
    "错误码 40014 表示 access_token 无效，请重新获取，并检查服务器的时间是否准确。",
    "发票可以开电子普通发票，也可以开增值税专用发票，后者需要提供税号、开户行和账号。",
    "每天服用一次，一次一片，饭后半小时；孕妇和哺乳期妇女请先咨询医生。",
    "会员积分自获得之日起十二个月内有效，过期自动清零，不能折算成现金。",
    "數據庫連線逾時，請檢查防火牆是否開放 3306 埠，並確認帳號的權限。",
    "你好",
    "OK 谢谢 👍",
    "How do I reset my password?",
    "The warranty covers manufacturing defects for twenty-four months from the date of purchase.",
    "Run `kubectl get pods -n prod` and look for containers in CrashLoopBackOff; then read their logs.",
    "Refunds are issued to the original payment method within 5-7 business days after inspection.",
    "TiDB 的 TiKV 节点磁盘使用率超过 80% 时，PD 会停止向该节点调度 region。",
    "SELECT id, name FROM customers WHERE created_at > '2024-01-01' ORDER BY id LIMIT 100;",
    "https://example.com/help/returns?lang=zh&id=1024",
    "电话 400-800-8888，工作日 9:00-18:00；节假日请留言，我们会尽快回复您。",
    "产品净重 1.25 kg，尺寸 320 × 210 × 45 mm，额定功率 65 W，输入 100–240 V。",
    "这款面料含棉 95%、氨纶 5%，建议冷水手洗，不可漂白，低温熨烫，悬挂晾干。",
]


def sample() -> list[str]:
    """The sentences alone, in paragraphs of four and of twelve, and all of them together (longer than 512 tokens)."""
    paragraphs = ["\n".join(SENTENCES[at : at + 4]) for at in range(0, len(SENTENCES), 4)]
    pages = ["".join(SENTENCES[at : at + 12]) for at in range(0, len(SENTENCES), 6)]
    return [*SENTENCES, *paragraphs, *pages, "".join(SENTENCES), "".join(reversed(SENTENCES))]
