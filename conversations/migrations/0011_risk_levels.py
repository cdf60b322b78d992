"""Levels and English names of risk rules; complaints, contracts and health are topics too. The rules are rows: edit or disable them."""

from django.db import migrations, models

NAMES = {
    "投资理财": "investment",
    "贷款": "loans",
    "保险": "insurance",
    "税务": "tax",
    "法律纠纷": "law",
    "赔偿承诺": "promises of compensation",
}
# Topic, English name, patterns in the question, patterns in the answer. How to complain about a courier is no complaint.
RULES = (
    (
        "投诉",
        "complaints",
        r"""(?:我要|我想|必须|一定要|准备|已经)投诉|投诉(?:你们|你|贵司|商家|卖家|店家|客服)|曝光(?:你们|你)|骗子|欺骗消费者|欺诈|虚假宣传|黑店|太过分|态度(?:很|太|真)?(?:差|恶劣)|上当""",
        r"""""",
    ),
    (
        "合同",
        "contracts",
        r"""(?:签|解除|终止|违反|修改|起草|拟|审核?)[^。？]{0,6}合同|合同(?:条款|违约|效力|解除|终止|模板|范本|无效|到期|续签)|违约金|保密协议|(?:签|解除)[^。？]{0,4}协议""",
        r"""合同(?:无效|有效|已?解除|视为)|承担违约""",
    ),
    (
        "医疗健康",
        "health",
        r"""(?:能|可以|可否)[^。？]{0,8}(?:治病|治疗|治好|治愈)|(?:孕妇|哺乳期|婴儿|高血压|糖尿病|心脏病)[^。？]{0,10}(?:能|可以|适合|用)|过敏(?:了|怎么办|反应)|副作用|不良反应|什么症状|诊断|用药|剂量|吃(?:什么|多少)药|疗效""",
        r"""(?:治疗|治愈|缓解)[^。]{0,8}(?:疾病|症状|疼痛)|遵医嘱""",
    ),
)


def add_rules(apps, schema_editor):
    rule = apps.get_model("conversations", "RiskRule")
    for topic, name in NAMES.items():
        rule.objects.filter(topic=topic, name_en="").update(name_en=name)
    for topic, name, question, answer in RULES:
        rule.objects.get_or_create(topic=topic, defaults={"name_en": name, "question_patterns": question, "answer_patterns": answer})


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0010_due_turns"),
    ]

    operations = [
        migrations.AddField(
            model_name="riskrule",
            name="name_en",
            field=models.CharField(blank=True, max_length=60, verbose_name="English name"),
        ),
        migrations.AlterField(
            model_name="reviewtask",
            name="level",
            field=models.CharField(
                choices=[("block", "the bot does not answer"), ("review", "one person reviews"), ("double", "two people review")],
                default="review",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="riskrule",
            name="level",
            field=models.CharField(
                choices=[("block", "the bot does not answer"), ("review", "one person reviews"), ("double", "two people review")],
                default="review",
                max_length=10,
                verbose_name="level",
            ),
        ),
        migrations.RunPython(add_rules, migrations.RunPython.noop),
    ]
