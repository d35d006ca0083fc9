from django.urls import include, path

from claims.public import health, views

pages = [
    path("", views.front, name="front"),
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/<slug:slug>/", views.review, name="review"),
]

urlpatterns = [
    path("", include((pages, "public"))),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
