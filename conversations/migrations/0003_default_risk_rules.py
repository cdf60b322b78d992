"""The rules a new installation starts with. They are rows: edit or disable them in the admin."""

from django.db import migrations

# Topic, patterns in the question, patterns in the answer. A price, a return rule or a warranty is no topic of its own.
RULES = (
    (
        "投资理财",
        r"""(?:推荐|该|适合|值得|能|可以|怎么)[^。？]{0,8}(?:买|投|炒)[^。？]{0,6}(?:股票|基金|理财|债券|期货|外汇|虚拟币|比特币|黄金)
(?:股票|基金|理财产品|债券|期货|外汇|比特币|虚拟货币)[^。？]{0,10}(?:收益|回报|涨|跌|风险|保本|买|卖|投资|赚)
投资建议|理财建议|荐股|年化收益|保本|炒股|炒币|投资(?:回报|收益|什么|哪)""",
        r"""(?:保证|承诺|稳赚|预期|年化)[^。]{0,6}(?:收益|回报)
建议(?:您|你)?[^。]{0,6}(?:买入|卖出|加仓|减仓|投资)""",
    ),
    (
        "贷款",
        r"""贷款|借贷|房贷|车贷|信用贷|网贷|助贷|小额贷|借(?:钱|款)|征信|逾期(?:还款|利息|费)|(?:贷|借)[^。？]{0,6}利[率息]""",
        r"""(?:贷款|借款)[^。]{0,10}(?:利率|利息|额度|审批|通过)""",
    ),
    (
        "保险",
        r"""(?:买|投|退|选|推荐|办)[^。？]{0,4}保险|保险(?:理赔|赔付|条款|责任|合同|金额)|理赔|投保|保单|保额|重疾险|医疗险|寿险|车险|意外险""",
        r"""(?:保险|保单)[^。]{0,10}(?:赔付|理赔|承保|免责)""",
    ),
    (
        "税务",
        r"""(?:怎么|如何|能不能|可以|要不要|需要)[^。？]{0,6}(?:避税|逃税|少缴|少交|缴税|交税|纳税|报税|退税)|避税|逃税|偷税|税务(?:筹划|问题|稽查|风险)|个税|增值税|所得税|税率""",
        r"""(?:避税|税务筹划|应纳税|免税额)""",
    ),
    (
        "法律纠纷",
        r"""起诉|诉讼|打官司|律师|仲裁|法院|告(?:你们|贵司|公司|商家)|报警|维权|法律(?:责任|纠纷|问题|途径)|侵权|违约(?:金|责任)|消协|12315|工商(?:局|投诉)|(?:合同|劳动)纠纷""",
        r"""(?:承担|负)[^。]{0,6}法律责任|可以(?:起诉|仲裁|索赔)""",
    ),
    (
        "赔偿承诺",
        r"""(?:赔偿|赔付|补偿|索赔|赔我|赔钱|假一赔|退一赔|精神损失)[^。？]{0,12}""",
        r"""(?:我们|本店|公司)?(?:承诺|保证|一定|肯定)[^。]{0,8}(?:赔偿|赔付|补偿|赔)|(?:双倍|三倍|十倍|全额)(?:赔偿|赔付|补偿)|假一赔""",
    ),
)


def add_rules(apps, schema_editor):
    rule = apps.get_model("conversations", "RiskRule")
    for topic, question, answer in RULES:
        rule.objects.get_or_create(topic=topic, defaults={"question_patterns": question, "answer_patterns": answer})


class Migration(migrations.Migration):
    dependencies = [("conversations", "0002_initial")]
    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
