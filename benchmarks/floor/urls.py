from django.urls import path

from benchmarks.floor import views

urlpatterns = [
    path("api/v1/articles/", views.ArticlesView.as_view()),
    path("api/v1/claims/", views.ClaimsView.as_view()),
    path("api/v1/claims/<uuid:claim_id>/propose/", views.ProposeView.as_view()),
    path("api/v1/queue/next/", views.QueueNextView.as_view()),
]
