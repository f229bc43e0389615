"""The record as people and programs outside read it: the one JSON object a page of `repost extract`."""

from collections.abc import Mapping

from crawler.items import Evidence, Record, Rejected, Verdict


def record_json(record: Record) -> dict[str, object]:
    """A record as JSON values, the keys in the order of reading."""
    return {
        "url": record.url,
        "headline": record.headline,
        "kicker": record.kicker,
        "subtitle": record.subtitle,
        "published_at": record.published_at,
        "source": record.source,
        "site_name": record.site_name,
        "breadcrumb": list(record.breadcrumb),
        "authors": list(record.authors),
        "credits": [{"role": credit.role, "names": list(credit.names)} for credit in record.credits],
        "view_count": record.view_count,
        "declared_url": record.declared_url,
        "body": list(record.body),
        "images": [{"src": image.src, "alt": image.alt, "caption": image.caption} for image in record.images],
        "notices": list(record.notices),
        **_verdict_json(record.verdict),
        "encoding": record.encoding,
        "script": record.script,
        "damage": record.damage,
        "damage_evidence": [_evidence_json(item) for item in record.damage_evidence],
        "repairs": dict(record.repairs),
        "raw": {
            "headline": record.headline_raw,
            "published": record.published_raw,
            "source": record.source_raw,
            "authors": record.authors_raw,
            "credits": list(record.credits_raw),
            "view_count": record.view_count_raw,
        },
        "rejected": None,
    }


def rejected_json(rejected: Rejected, url: str) -> dict[str, object]:
    """A page without an article: the same keys as a record, empty, and the reason."""
    return {
        "url": url,
        "headline": None,
        "kicker": None,
        "subtitle": None,
        "published_at": None,
        "source": None,
        "site_name": None,
        "breadcrumb": [],
        "authors": [],
        "credits": [],
        "view_count": None,
        "declared_url": None,
        "body": [],
        "images": [],
        "notices": [],
        **_verdict_json(rejected.verdict or Verdict()),
        "encoding": rejected.encoding,
        "script": None,
        "damage": None,
        "damage_evidence": [],
        "repairs": {},
        "raw": {
            "headline": None,
            "published": None,
            "source": None,
            "authors": None,
            "credits": [],
            "view_count": None,
        },
        "rejected": {"reason": str(rejected.reason), "detail": rejected.detail},
    }


def _verdict_json(verdict: Verdict) -> Mapping[str, object]:
    return {
        "hijacked": verdict.hijacked,
        "hijack_evidence": [_evidence_json(item) for item in verdict.evidence],
        "spam_title": verdict.spam_title,
        "spam_link_count": verdict.link_count,
    }


def _evidence_json(evidence: Evidence) -> Mapping[str, object]:
    return {"kind": evidence.kind, "detail": evidence.detail, "weight": evidence.weight}
