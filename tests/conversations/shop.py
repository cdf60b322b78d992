"""A small shop whose documents the bot answers from."""

from knowledge.ingestion.bulk import load_documents
from knowledge.models import KnowledgeBase
from knowledge.services.bases import base_create

RETURNS = """退换货规则

自签收之日起7天内可以无理由退货，商品须保持完好。退货运费由买家承担，质量问题由本店承担。
退款在仓库收到退货后3个工作日内原路退回。"""
WARRANTY = """保温杯说明书

星河保温杯 AB-1203 的容量是480毫升，净重310克。保修期为两年，自购买之日起计算。
杯身可以用洗碗机清洗，杯盖只能手洗。售价为129元。"""
DELIVERY = """发货与物流

订单在付款后48小时内发货，默认使用顺丰快递。偏远地区运费为20元，其余地区包邮。
客服热线 400-123-4567，工作时间为每天9点到18点。"""
DOCUMENTS = (("returns", "退换货规则", RETURNS), ("cup", "保温杯说明书", WARRANTY), ("delivery", "发货与物流", DELIVERY))


def shop_base(name: str = "小店") -> KnowledgeBase:
    base = base_create(actor=None, name=name)
    load_documents(base, DOCUMENTS)
    return base
