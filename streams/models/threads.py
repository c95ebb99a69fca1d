"""How many threads the array library may use."""

from threadpoolctl import threadpool_limits


def use_one_thread() -> None:
    """Keep numpy's matrix products on the calling thread, for the rest of the process.

    newswire runs one process on each core. The products are small (a paragraph against a vocabulary), and BLAS's other
    threads wait for the next one in a busy loop: on 2 cores that took nine times the CPU.
    """
    threadpool_limits(limits=1, user_api="blas")
