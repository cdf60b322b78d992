"""Chinese words by what they do in a rule: those that tell one rule from another are everything that is not listed here."""

import re

# Turns 「支持」 into 「不支持」; not in 不同, 不超过, 无理由, 未来 and their like.
NEGATION = re.compile(
    r"不(?!同|但|仅|锈|动产|良|过|超过|少于|低于|高于|大于|小于|多于|满|足|限|论|错|便|断|定期|一定|必|管|久|止|时|等|到|含税)"
    r"|无(?=法|需|须|权)|未(?!来|必|成年)|禁止|没有|(?<![除罢])免(?=收|费|付|除|运)|谢绝|拒绝"
)
OVER = re.compile(r"超过|超出|逾期|以上|以外|之外|不足|不满|少于|低于|未满")
QUESTION = re.compile(
    r"[?？]|吗$|呢$|多久|多少|几[天个次年元]|怎么|怎样|如何|什么|为何|是否|能否|可否|能不能|可不可以|有没有|谁|哪[个些里部种家]"
)
# What it speaks of stands before it (该版本 ...), or it is about the paper itself.
DEPENDENT = re.compile(r"^\W*(?:该|此|这|那|其|上述|以上|前述|本次|本版)|(?:发布|更新|修订|编写|上线)(?:于|时间|日期)")
# Code, paths of headings, rows of tables that were not read as such.
NO_PROSE = re.compile(r"[`{}\\]|\s>\s|\|.*\||--|\w=\w|\w\(\)")
WHEN = re.compile(r"如果|如需|如有|若|除非|除外|仅限|只有|特殊")

_WEAK = """
多久 几天 多少 多少钱 多长 多长时间 什么 什么时候 怎么 怎样 如何 是否 几个 几次 几年 哪些 哪里 请问
一个 一律 一次 一般 一般情况 下单 不超过 与 个 为 之内 之前 之后 之日 之日起 也 买家 了 于 交纳 产品 享受 享有 从 他 他们
付款 以上 以下 以内 以前 以及 以后 价格 任何 会 但是 你 你们 使用 依据 保证 修改 免费 全部 公司 共 共计 关于 其中 其他 其它
具体 内 再 分别 分钟 到 办理 办结 包含 包括 卖家 即可 即日起 原 及 及时 发起 变更 只要 只需 可 可以 合计 同时 后 向 周期 和
商品 商城 商家 因为 因此 在 均 均为 均可 填写 处理 大概 大约 大致 天内 如下 完成 官方 实施 实行 审核 客户 对 对于 将 小时 就
尽快 工作日 左右 已 已经 平台 并且 应 应当 应该 店家 店铺 开始 当天 当日 必须 总计 您 您的 情况 情形 我 我们 我司 我店 或
或者 截止 所以 所有 才能 执行 承诺 把 拥有 按照 提交 提供 提前 提示 操作 支付 支持 收到 收取 收货 收费 改为 数量 新 方可 方式
无条件 无理由 日内 日期 日起 时长 时间 时限 是 更改 更新 最低 最多 最少 最晚 最短 最迟 最长 最高 有关 有效 有效期 有效期限 期间
期限 本 本公司 本店 标准 核实 根据 步骤 每个 每次 注意 流程 消费者 渠道 温馨 满 点击 物品 现 现在 现已 理由 用户 由 由于 申请
的 目前 直接 相关 确认 立即 等 签收 约为 结束 给 给予 统一 缴纳 而且 联系 能 能够 自 自动 自然日 至 至少 被 要求 规定 计算
订单 该 说明 请 调整 货物 购买 费用 起 起算 超过 达到 还 这个 这些 进行 送达 选择 途径 通常 通过 都 都可 采取 采用 金额 需
需付 需要 须 顾客 预估 预计 额度 马上 默认
"""
# A document's or section's name: what kind of text it is, and fields of business so wide that they tell nothing apart.
_TITLE_WORDS = """
价目表 价格表 报价 报价单 价目 价格 费率 收费 时效 期限 时间 方式
a doc docs faq file guide help manual policy q qa readme rules 一览 一览表 业务 中心
交易 介绍 企业 会员手册 保障 信息 修订 修订版 修订稿 公司 公告 关于 其他 其它 内容 内部 列表 制度 办法 协议 发货 员工 售前 售后
售后服务 商城 培训 官网 客户服务 客服 帮助 帮助中心 常见 常见问题 平台 店铺 总则 总结 手册 承诺 指南 指引 政策 整理 文件 文档
新版 旧版 明细 更新 最新 最新版 服务 权益 条款 标准 概述 正式 正文 步骤 汇总 流程 清单 版本 物流 目录 知识 知识库 答疑 简介
管理 细则 网站 网页 草案 营销 补充 表 表格 要求 规则 规定 解答 订单 试行 话术 说明 说明书 质量 购物 资料 运营 退换 退换货 通知
配送 销售 门店 问答 问题 附件 附则 附录 须知 顾客 首页
"""
# Single characters that a rule is about; all others are left out.
SINGLE = frozenset("减送返赔罚押")
NAMES_A_PAPER = re.compile(r"..+[表单书册]$")
WEAK = frozenset(_WEAK.split())
TITLE_WORDS = frozenset(_TITLE_WORDS.split())
GENERIC = frozenset(f"{word}{n}" for word in ("doc", "file", "v", "page", "faq", "test", "copy", "new", "第") for n in ("", *range(100)))
