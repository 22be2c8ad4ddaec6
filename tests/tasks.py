"""The queue of the tests, beside which no worker runs."""

from typing import Any

from django_tasks.backends.immediate import ImmediateBackend

from forum import storing


class Immediate(ImmediateBackend):
    """Does each task as it is asked for; what the task is about must be stored before that."""

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        storing.send()
        return super().enqueue(task, args, kwargs)
