"""What the customer reads that no document says. Chinese, because customers are."""

from scrm.settings import env

# When the knowledge is not enough; the second sentence says what happens next.
REFUSAL_TEXT = env.text("SCRM_REFUSAL_TEXT", "我需要进一步确认")
REFUSAL_FOLLOW_UP = env.text("SCRM_REFUSAL_FOLLOW_UP", "已请同事来看，稍后回复您。")
HANDOVER_TEXT = env.text("SCRM_HANDOVER_TEXT", "好的，正在为您转接人工客服，请稍候。")
MEDIA_TEXT = env.text("SCRM_MEDIA_TEXT", "抱歉，我暂时看不了图片、语音和文件，已请同事来看。您也可以用文字描述问题。")
REVIEW_TEXT = env.text("SCRM_REVIEW_TEXT", "您的问题需要同事核实，核实后会马上回复您，请稍候。")
REVIEW_LATE_TEXT = env.text("SCRM_REVIEW_LATE_TEXT", "让您久等了，您的问题还在核实，已请同事优先处理，请稍候。")
REVIEW_DEADLINE_MIN = env.number("SCRM_REVIEW_DEADLINE_MIN", 15)
TROUBLE_TEXT = env.text("SCRM_TROUBLE_TEXT", "抱歉，系统暂时遇到问题，已请同事来为您处理，请稍候。")
GREETING_TEXT = env.text("SCRM_GREETING_TEXT", "您好，我是智能客服，请直接描述您的问题。")
THANKS_TEXT = env.text("SCRM_THANKS_TEXT", "不客气，有问题随时找我。")
FEEDBACK_HEAD = env.text("SCRM_FEEDBACK_HEAD", "以上回答是否解决了您的问题？")
FEEDBACK_SOLVED = env.text("SCRM_FEEDBACK_SOLVED", "已解决")
FEEDBACK_UNSOLVED = env.text("SCRM_FEEDBACK_UNSOLVED", "未解决")
FEEDBACK_HUMAN = env.text("SCRM_FEEDBACK_HUMAN", "转人工")
FEEDBACK_THANKS = env.text("SCRM_FEEDBACK_THANKS", "感谢您的反馈！")
FEEDBACK_SORRY = env.text("SCRM_FEEDBACK_SORRY", "抱歉没有帮到您，已请同事来为您处理，请稍候。")
FEEDBACK_STALE = env.text("SCRM_FEEDBACK_STALE", "这条反馈已经收到或已过期，感谢您！有新问题请直接发给我。")

# After a conversation, where the account asks for it. Labels from the worst to the best.
SATISFACTION_TEXT = env.text("SCRM_SATISFACTION_TEXT", "本次服务已结束，请您评价这次服务：")
SATISFACTION_LABELS = {
    3: env.text("SCRM_SATISFACTION_LABELS_OF_THREE", "不满意 一般 满意").split(),
    5: env.text("SCRM_SATISFACTION_LABELS_OF_FIVE", "非常不满意 不满意 一般 满意 非常满意").split(),
}
SATISFACTION_THANKS = env.text("SCRM_SATISFACTION_THANKS", "感谢您的评价！")
SATISFACTION_SORRY = env.text("SCRM_SATISFACTION_SORRY", "感谢您的评价，很抱歉没有让您满意。方便的话，请直接回复告诉我们哪里可以改进。")
SATISFACTION_COMMENT_THANKS = env.text("SCRM_SATISFACTION_COMMENT_THANKS", "您的意见已经收到，感谢您！")
SATISFACTION_EVERY_H = env.number("SCRM_SATISFACTION_EVERY_H", 24)

# Whether a customer also reads the address of a web page below an answer that quotes it, when it is short and not of the intranet.
SOURCE_LINKS = env.flag("SCRM_SOURCE_LINKS", False)
