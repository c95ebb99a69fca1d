"""Array products stay on one thread wherever a model that makes them is loaded."""

from collections.abc import Callable

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from streams.models.foreign import load_foreign_model
from streams.models.topics import load_topic_model


@pytest.mark.parametrize("load", [load_foreign_model.__wrapped__, load_topic_model])
def test_a_model_that_multiplies_arrays_keeps_blas_to_one_thread(load: Callable[[], object]) -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        load()
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
