"""The fault harness: modelhub is killed and broken on a seeded schedule, recovers, and is compared with the sandbox.

``python -m tests.chaos run`` (`make chaos`) and ``python -m tests.chaos awake`` (`make chaos-awake`); what is promised
and how it is judged stands in docs/reliability.md.
"""
