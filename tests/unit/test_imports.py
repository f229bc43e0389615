"""No module needs one that needs it, not even for its types: each can be read with only what stands below it."""

from graphlib import TopologicalSorter

from grimp import build_graph

ROOMS = ("crawler", "spiders", "pipelines", "sites", "archive", "reader", "cli", "samples")


def test_no_imports_go_in_a_circle() -> None:
    graph = build_graph(*ROOMS, cache_dir=None)
    assert len(graph.modules) > 100
    TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
