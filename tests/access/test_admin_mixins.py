"""The administration runs verbs that own their transaction."""

from django.urls import reverse

from knowledge.models import KnowledgeBase


def test_a_base_made_in_the_administration_belongs_to_its_maker(world):
    manager = world.people["knowledge_manager"]
    response = world.client("knowledge_manager").post(reverse("admin:knowledge_knowledgebase_add"), {"name": "新库", "description": ""})
    assert response.status_code == 302
    assert KnowledgeBase.objects.visible_to(manager).filter(name="新库").exists()


def test_choices_offer_only_what_one_may_see(world):
    page = world.client("knowledge_manager").get(reverse("admin:knowledge_document_add")).content.decode()
    assert "我方知识库" in page
    assert "机密知识库" not in page
