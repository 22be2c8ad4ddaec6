"""The queue of tasks in the database: to add one is a statement that Django writes once in a process."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_tasks.signals import task_enqueued
from django_tasks.utils import normalize_json
from django_tasks_db import DatabaseBackend

from forum import storing


class Queue(DatabaseBackend):
    """The queue of the library, whose own way to add a task takes a twentieth of what posting a comment computes.

    It takes it at the lock of the thread, where everyone who writes there waits.
    """

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        """Adds a task to be done by the worker, in the transaction of the caller. One statement."""
        from django_tasks_db.models import DBTaskResult, get_date_max  # settings name this before there are models

        self.validate_task(task)
        row: DBTaskResult[Any, Any] = DBTaskResult(
            id=self._get_id(),
            enqueued_at=timezone.now(),
            args_kwargs=normalize_json({"args": args, "kwargs": kwargs}),
            priority=task.priority,
            task_path=task.module_path,
            queue_name=task.queue_name,
            backend_name=self.alias,
            run_after=task.run_after or get_date_max(),
        )
        storing.insert(row)
        result = row.task_result
        task_enqueued.send(type(self), task_result=result)
        return result
