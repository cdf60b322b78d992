"""How similar an encoder finds texts that have nothing to do with each other.

One encoder gives unrelated texts a cosine of 0.1, another of 0.8. Counted in deviations above this background, their cosines mean the same.
"""

from dataclasses import dataclass

from scrm.ai.encoders import TextEncoder, load
from scrm.ai.models import ModelRelease

SETTING = "cosine_background"  # in ModelRelease.settings

# Each question belongs to the passage beside it; the others are unrelated to it.
PAIRS = (
    ("签收后几天内可以退货？", "自签收之日起七天内，商品完好的可以申请退货，运费由买家承担。"),
    ("怎么开电子发票？", "订单完成后，在订单详情页点击开票，填写抬头和税号，电子发票会发送到邮箱。"),
    ("路由器一直掉线怎么办？", "请先重启路由器，再检查网线是否松动；仍然断网时恢复出厂设置并升级固件。"),
    ("感冒发烧要吃什么药？", "体温超过三十八度五时可以服用退烧药，多喝水休息，持续三天不退请就医。"),
    ("红烧肉怎么做才不腻？", "五花肉冷水下锅焯水，炒糖色后加热水没过肉块，小火炖一个半小时再收汁。"),
    ("故宫几点关门？", "旺季开放到下午五点，四点停止入场；淡季开放到四点半，周一闭馆。"),
    ("信用卡还款晚了一天会怎样？", "多数银行有三天宽限期，宽限期内还清不计入逾期，超过后收取违约金和利息。"),
    ("大学英语四级什么时候出成绩？", "六月的考试一般在八月下旬公布成绩，十二月的考试在次年二月下旬公布。"),
    ("云服务器磁盘满了怎么扩容？", "在控制台选择数据盘，点击扩容并支付差价，然后在系统内扩展分区和文件系统。"),
    ("小猫不吃东西怎么回事？", "换粮、应激和口腔疾病都会让猫食欲下降，超过二十四小时不进食应当送医。"),
    ("公积金可以用来租房吗？", "无自有住房的职工可以凭租赁合同提取公积金支付房租，每年有提取额度。"),
    ("篮球比赛一节几分钟？", "职业联赛每节十二分钟，国际比赛每节十分钟，决胜期为五分钟。"),
    ("阳台上的绿萝叶子发黄？", "浇水过多或光照太强会使叶片变黄，等表土干透再浇水，避免阳光直射。"),
    ("高铁票能改签几次？", "开车前可以改签一次，改签后的车票不能再次改签，晚于开车时间按规定办理。"),
    ("数据库连接数太多报错？", "连接池上限过小或连接没有释放时会报错，可以调大最大连接数并检查慢查询。"),
    ("结婚需要带什么证件？", "双方携带户口本、身份证和三张合影到一方户籍所在地的民政局办理登记。"),
)


@dataclass(frozen=True)
class Background:
    """Mean and standard deviation of the cosine of a question and an unrelated passage."""

    mean: float
    deviation: float

    def above(self, cosine: float) -> float:
        """Deviations above the mean."""
        return (cosine - self.mean) / self.deviation


def measure(queries: TextEncoder, passages: TextEncoder) -> Background:
    """From the 240 unrelated pairs of PAIRS: 32 texts to encode."""
    import numpy as np

    cosines = queries.encode_queries([asked for asked, _ in PAIRS]) @ passages.encode_passages([answer for _, answer in PAIRS]).T
    unrelated = cosines[~np.eye(len(PAIRS), dtype=bool)]
    return Background(float(unrelated.mean()), max(float(unrelated.std()), 1e-3))


def release_background_ensure(release: ModelRelease) -> None:
    """Hook of scrm.ai before a release serves: store its background in its settings (multilingual-e5-small: 0.829, 0.0164)."""
    if release.passage_encoder is None or SETTING in release.settings:
        return
    found = measure(load(release.query_encoder), load(release.passage_encoder))
    release.settings = release.settings | {SETTING: [round(found.mean, 5), round(found.deviation, 5)]}
    ModelRelease.objects.filter(pk=release.pk).update(settings=release.settings)


def background_of(release: ModelRelease) -> Background | None:
    """None while it has not been measured."""
    found = release.settings.get(SETTING)
    return Background(*found) if found else None
