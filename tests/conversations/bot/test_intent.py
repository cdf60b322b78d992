import pytest

from conversations.bot.steps.intent import asks_for_person, is_smalltalk

PERSON = [
    "转人工",
    "人工",
    "人工客服",
    "我要人工客服！",
    "请帮我转接人工客服",
    "找客服",
    "转真人",
    "能不能转人工",
    "客服",
    "接人工服务",
    "没有解决",
    "Human",
]
SMALLTALK = [
    "我想问一下",
    "请问",
    "你好，我想问个问题",
    "有个问题想问一下",
    "你好",
    "您好！",
    "在吗？",
    "hi",
    "Hello~",
    "早上好",
    "你好，在吗",
    "谢谢",
    "好的，谢谢",
    "多谢啦",
    "收到",
    "嗯嗯",
    "ok",
    "？？",
    "[微笑]",
    "👍👍",
    "已解决",
]
QUESTIONS = [
    "我想了解会员积分", "有问题怎么办", "想问你们几点下班", "请问怎么退货",
    "人工智能是什么", "客服电话是多少", "人工费用多少钱", "怎么联系客服", "人工客服几点上班", "你好，保修多久", "在吗，怎么退货",
    "谢谢，那运费呢", "好的颜色有哪些", "转人工要收费吗", "早上几点开门", "好评返现吗",
]  # fmt: skip


@pytest.mark.parametrize("text", PERSON)
def test_asking_for_a_person(text):
    assert asks_for_person(text)


@pytest.mark.parametrize("text", SMALLTALK)
def test_smalltalk_needs_no_search(text):
    assert is_smalltalk(text)
    assert not asks_for_person(text)


@pytest.mark.parametrize("text", QUESTIONS)
def test_questions_are_neither(text):
    assert not asks_for_person(text)
    assert not is_smalltalk(text)
