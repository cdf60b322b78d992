"""The inbox, the review queue, the ask page and the cards of the home page."""

from django.urls import path

from conversations.views import ask, audit, cached, customers, inbox, judging, panels, reveals, reviews, satisfaction, threads, turns

app_name = "conversations"
urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/list/", inbox.inbox_list, name="inbox_list"),
    path("inbox/<int:pk>/", threads.conversation, name="conversation"),
    path("inbox/<int:pk>/thread/", threads.thread, name="thread"),
    path("inbox/<int:pk>/take-over/", threads.take_over, name="take_over"),
    path("inbox/<int:pk>/hand-back/", threads.hand_back, name="hand_back"),
    path("inbox/<int:pk>/close/", threads.close, name="close"),
    path("inbox/<int:pk>/reply/", threads.reply, name="reply"),
    path("inbox/<int:pk>/reveal/", reveals.reveal, name="reveal"),
    path("inbox/<int:pk>/customer/", customers.customer_save, name="customer_save"),
    path("inbox/<int:pk>/erase/", customers.erase, name="erase"),
    path("outbound/<int:pk>/again/", threads.send_again, name="send_again"),
    path("turns/<int:pk>/", turns.turn, name="turn"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/news/", reviews.reviews_news, name="reviews_news"),
    path("reviews/<int:pk>/approve/", reviews.approve, name="approve"),
    path("reviews/<int:pk>/reject/", reviews.reject, name="reject"),
    path("ask/", ask.ask, name="ask"),
    path("ask/<int:pk>/", ask.question, name="question"),
    path("ask/<int:pk>/result/", ask.question_result, name="question_result"),
    path("search-test/", ask.search_test, name="search_test"),
    path("search-test/<int:pk>/", ask.question, name="searched"),
    path("search-test/<int:pk>/judge/", judging.judge, name="judge"),
    path("search-test/<int:pk>/save/", judging.save, name="save_question"),
    path("cached-answers/", cached.cached, name="cached"),
    path("cached-answers/<int:pk>/remove/", cached.cached_remove, name="cached_remove"),
    path("cached-answers/of/<int:pk>/clear/", cached.cached_clear, name="cached_clear"),
    path("audit/", audit.audit, name="audit"),
    path("audit/<int:pk>/", audit.audit_entry, name="audit_entry"),
    path("audit/export/", audit.audit_export, name="audit_export"),
    path("audit/verify/", audit.audit_verify, name="audit_verify"),
    path("audit/chain/", audit.audit_chain, name="audit_chain"),
    path("satisfaction/", satisfaction.satisfaction, name="satisfaction"),
    path("panels/satisfaction/", panels.satisfaction_panel, name="satisfaction_panel"),
    path("panels/cache/", panels.cache_panel, name="cache_panel"),
    path("panels/inbox/", panels.inbox_panel, name="inbox_panel"),
    path("panels/answers/", panels.answers_panel, name="answers_panel"),
]
