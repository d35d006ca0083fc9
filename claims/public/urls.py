from django.urls import include, path

from claims.public import health, tips, views

pages = [
    path("", views.front, name="front"),
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/<slug:slug>/", views.review, name="review"),
    path("tips/status/<slug:secret>/", tips.status, name="tip-status"),
    path("tips/<slug:slug>/", tips.form, name="tip-form"),
]

urlpatterns = [
    path("", include((pages, "public"))),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
