"""What a failure message most likely means and what to do. Pure.

Messages: as real accounts saw them, and Amazon Bedrock user guide "Troubleshooting model customization issues", read
2026-11-22.
"""

from __future__ import annotations

# What means the same whatever failed.
_EITHER = (
    ("could not assume", "The role must trust bedrock.amazonaws.com; a fresh one needs time. Run `manage.py doctor`."),
    ("pass role is not allowed", "The role belongs to another account. Use one of this account (BEDROCK_ROLE_ARN)."),
    ("could not validate getobject", "The role may not read the data: give it s3:GetObject and s3:ListBucket there."),
    ("could not validate putobject", "The role may not write the results: give it s3:PutObject on the output bucket."),
    ("must follow", "The file is not in the format this base model wants. The report here names the lines."),
    ("must be in .jsonl", "The object’s key must end in .jsonl. Files uploaded here always do."),
    ("s3 location is invalid", "The address must name one .jsonl file in a bucket of the same region."),
    ("too many requests", "The platform asks for fewer calls. It passes by itself."),
    ("model units", "AWS grants model units for custom models only on request: ask for them in Service Quotas, "
                    "or in a support case that names the base model, the region and the number of units."),
    ("model deployments", "AWS grants only so many on-demand deployments. Remove one, or ask AWS for more."),
    ("must be in the active state", "The platform is still writing the model down. Try again in a minute."),
    ("insufficient capacity", "AWS has no room for it right now. Remove it and try again later, or deploy on demand."),
    ("token limit", "Some rows are longer than the base model takes. Shorten or split them."),
    ("model identifier is invalid", "The base model is gone or has another id now. Sync models and choose another."),
    ("does not support the customization type", "The base model can’t be fine-tuned (any more). Choose another."),
    ("expired", "The credentials are not valid any more. Renew them; `manage.py doctor` says whether they are taken."),
    ("not authorized", "The credentials lack a permission. docs/operations.md has the whole policy; `manage.py doctor` "
                       "tries out what only reads."),
    ("internal server error", "The platform itself stumbled. It passes by itself."),
)  # fmt: skip
# Looked at after those: shorter parts, which mean something else for each.
_JOB = (
    ("in use", "Names of jobs and custom models can’t be used twice. Clone it under another name."),
    ("quota", "AWS grants only so many jobs at a time. Wait for one to end, or ask for more in Service Quotas."),
    ("too many", "AWS grants only so many jobs at a time. Wait for one to end, or ask for more in Service Quotas."),
    ("changed since it was checked", "Somebody replaced the file. Check the new one, then clone this job."),
    ("is not there any more", "Somebody removed the file from S3. Upload it again and clone this job."),
    ("did not request", "Somebody else made a job of this very name. Clone this one under another name."),
    ("customization job failed", "The platform gives no reason. Look at the job in the AWS console, then clone it."),
    ("hyperparameter", "Compare the values with the ranges in the form; clone the job and correct them."),
    ("number of records", "Each base model takes so many rows and no others. Add or remove some, then clone the job."),
    ("validation data is not supported", "Clone the job and leave the validation data out."),
    ("internal", "The platform itself failed. Clone the job; if it fails again, open an AWS support case."),
)  # fmt: skip
_SERVING = (
    ("in use", "Another one has this name on AWS. Ask again: modelhub gives each request a name of its own."),
    ("quota", "AWS grants only so many. Remove one, or ask for more in Service Quotas."),
    ("too many", "AWS grants only so many. Remove one, or ask for more in Service Quotas."),
    ("commitment", "AWS refuses to remove what was bought for a term before that is over."),
    ("internal", "The platform itself failed. Remove it and ask again; if it fails again, open an AWS support case."),
)  # fmt: skip


def hint_for(message: str, noun: str = "job") -> str:
    """The hint for the first known part of a message about a job, throughput or deployment; "" when nothing is known
    about it."""
    lowered = message.lower()
    hints = (*_EITHER, *(_JOB if noun == "job" else _SERVING))
    return next((hint for part, hint in hints if part in lowered), "")
