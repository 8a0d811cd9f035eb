"""Judging on many machines, carried by Ray (the extra `cluster`).

    driver (this process)                                      every node of the cluster
    pipeline ─ Judge ─ RemoteJudge ─ Cluster ── batches ──►  NodeWorker ─ judge ─ DockerPool
    journals, verdict cache          ◄── as they finish ──   one actor, sized by cores and memory

driver.py     the cluster as a sandbox: which nodes there are, what became of them
dispatch.py   jobs: given out in batches, moved when a node is lost, each answered once
node.py       what runs on a node; knows nothing of Ray
preparing.py  what must hold before a node takes work: versions, image, references
room.py       the only module that imports Ray

Only the driver writes. Without --cluster nothing here is imported.
"""
