"""The keys that no row can point across a newsroom with, and the one by which nobody approves their own verdict."""

from django.db import migrations

from claims.models.tenancy import tenant_keys, tenant_table

ROOTS = [
    "claims_apitoken",
    "claims_article",
    "claims_claim",
    "claims_claimant",
    "claims_event",
    "claims_membership",
    "claims_publisher",
    "claims_ratingscale",
    "claims_recusal",
    "claims_source",
    "claims_topic",
]

CHILDREN = [
    "claims_appearance",
    "claims_approval",
    "claims_articleversion",
    "claims_assignment",
    "claims_attribution",
    "claims_claimantalias",
    "claims_claimantrole",
    "claims_claimclaimant",
    "claims_claimreview",
    "claims_claimreviewrevision",
    "claims_claimtopic",
    "claims_correction",
    "claims_evidence",
    "claims_rating",
    "claims_segment",
    "claims_verdict",
    "claims_verdicteditor",
]

KEYS = {
    "claims_appearance": [
        ("claim_id", "claims_claim"),
        ("version_id", "claims_articleversion"),
    ],
    "claims_approval": [
        ("verdict_id", "claims_verdict"),
        ("rating_id", "claims_rating"),
    ],
    "claims_article": [
        ("publisher_id", "claims_publisher"),
        ("copy_of_id", "claims_article"),
    ],
    "claims_articleversion": [
        ("article_id", "claims_article"),
    ],
    "claims_assignment": [
        ("claim_id", "claims_claim"),
    ],
    "claims_attribution": [
        ("appearance_id", "claims_appearance"),
        ("claimant_id", "claims_claimant"),
    ],
    "claims_claim": [
        ("verdict_id", "claims_verdict"),
        ("duplicate_of_id", "claims_claim"),
    ],
    "claims_claimantalias": [
        ("claimant_id", "claims_claimant"),
    ],
    "claims_claimantrole": [
        ("claimant_id", "claims_claimant"),
    ],
    "claims_claimclaimant": [
        ("claim_id", "claims_claim"),
        ("claimant_id", "claims_claimant"),
    ],
    "claims_claimreview": [
        ("claim_id", "claims_claim"),
    ],
    "claims_claimreviewrevision": [
        ("review_id", "claims_claimreview"),
        ("verdict_id", "claims_verdict"),
    ],
    "claims_claimtopic": [
        ("claim_id", "claims_claim"),
        ("topic_id", "claims_topic"),
    ],
    "claims_correction": [
        ("review_id", "claims_claimreview"),
        ("before_id", "claims_claimreviewrevision"),
        ("after_id", "claims_claimreviewrevision"),
    ],
    "claims_event": [
        ("claim_id", "claims_claim"),
        ("article_id", "claims_article"),
    ],
    "claims_evidence": [
        ("claim_id", "claims_claim"),
        ("source_id", "claims_source"),
    ],
    "claims_publisher": [
        ("own_voice_id", "claims_claimant"),
    ],
    "claims_rating": [
        ("scale_id", "claims_ratingscale"),
    ],
    "claims_recusal": [
        ("claim_id", "claims_claim"),
        ("claimant_id", "claims_claimant"),
        ("publisher_id", "claims_publisher"),
    ],
    "claims_segment": [
        ("appearance_id", "claims_appearance"),
    ],
    "claims_verdict": [
        ("claim_id", "claims_claim"),
        ("rating_id", "claims_rating"),
        ("supersedes_id", "claims_verdict"),
    ],
    "claims_verdicteditor": [
        ("verdict_id", "claims_verdict"),
    ],
}

FOUR_EYES = migrations.RunSQL(
    "ALTER TABLE claims_approval ADD CONSTRAINT claims_approval_names_the_author "
    "FOREIGN KEY (verdict_id, verdict_author_id) REFERENCES claims_verdict (id, author_id)",
    "ALTER TABLE claims_approval DROP CONSTRAINT claims_approval_names_the_author",
)


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_record")]

    operations = [
        *(tenant_table(table, is_root=True) for table in ROOTS),
        *(tenant_table(table) for table in CHILDREN),
        *(tenant_keys(table, columns) for table, columns in KEYS.items()),
        FOUR_EYES,
    ]
