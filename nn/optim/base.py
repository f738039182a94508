"""What all optimizers share: groups of parameters with their settings, the step, saving and resuming."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from autograd import Value, as_float
from nn.arguments import listed, listed_parameters, saved_state
from nn.optim.arithmetic import assign, grads_of, mixed, weights_of, zero
from nn.settings import checked

State = dict[str, Any]
Group = dict[str, Any]
Params = Iterable[Value] | Iterable[Group]
Numbers = Any  # a list of floats, or a numpy array of them: one for each parameter of a group
Update = tuple[Numbers, State]


class Optimizer:
    """Moves parameters against their gradients; the base of SGD, Adam and the others.

    A subclass hands its settings to `__init__`, names its running averages in `buffers`, says in
    `_fresh_state` which of them a group starts with, and computes one group's step in `_update`. What it
    takes of settings there may depend on how many steps there were: see `in_step`.

    Args:
        params: the parameters, leaf Values; or a list of groups: dicts with the key 'params' and those
            settings that differ from the optimizer's.
        settings: the settings of groups that do not give their own.

    Attributes:
        param_groups: a dict for each group, with 'params' and every setting; settings may be assigned
            between steps, as learning rate schedules do.
        state: a dict for each group: how many steps it has taken and, for each kind of running average, a
            list of floats in the order of its parameters.

    Raises:
        ValueError: if there are no parameters, one is there twice or was computed from others, or a setting
            is unknown or out of its range.
        TypeError: if a parameter is not a Value.
    """

    buffers: ClassVar[tuple[str, ...]] = ()
    varying: ClassVar[tuple[str, ...]] = ("lr",)  # the settings of `in_step` that differ between steps

    def __init__(self, params: Params, **settings: Any) -> None:
        self.defaults = self._checked(settings)
        self.param_groups: list[Group] = []
        self.state: list[State] = []
        given = _listed(self, params)
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def _fresh_state(self, group: Group) -> State:
        """The state of a group before its first step."""
        return {"step": 0}

    def in_step(self, settings: Group, step: int) -> Group:
        """The settings that `_update` is given in a step, counted from 1; there may be more of them."""
        return settings

    def _update(self, settings: Group, state: State, weights: Numbers, grads: Numbers) -> Update:
        """The new weights and the new state of one group; the arguments are not changed."""
        raise NotImplementedError(
            f"{type(self).__name__} has no _update; take SGD, Adam or another optimizer"
        )

    def step(self) -> None:
        """Update every parameter by its gradient.

        All new numbers are computed before any is assigned, so an error leaves parameters and state as they
        were.

        Raises:
            ValueError: if a setting that was assigned is out of its range.
        """
        params = [list(group["params"]) for group in self.param_groups]
        updates = self.updates(self.state, map(weights_of, params), map(grads_of, params))
        try:
            self._commit(updates)
        except KeyboardInterrupt:  # half of the parameters moved would be neither the old model nor the new
            self._commit(updates)
            raise

    def updates(
        self, states: Iterable[State], weights: Iterable[Numbers], grads: Iterable[Numbers]
    ) -> list[Update]:
        """What a step makes of each group: its new weights and its new state; nothing is changed.

        Args:
            states: one for each group, as in `state`; running averages may be arrays too.
            weights: for each group its numbers, a list or an array of floats.
            grads: for each group its gradients, likewise.

        Raises:
            ValueError: if a setting that was assigned is out of its range.
        """
        groups = zip(self.param_groups, states, weights, grads, strict=True)
        return [
            self._update(self.in_step(self.settings(group), state["step"] + 1), state, *numbers)
            for group, state, *numbers in groups
        ]

    def settings(self, group: Group) -> dict[str, Any]:
        """The settings of a group; ValueError if one that was assigned is out of its range."""
        return self._checked(_settings(group))

    def _commit(self, updates: list[Update]) -> None:
        for group, (weights, _) in zip(self.param_groups, updates, strict=True):
            assign(list(group["params"]), weights)
        self.state = [state for _, state in updates]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero, as each step must before its backward pass."""
        for group in self.param_groups:
            zero(list(group["params"]))

    def add_param_group(self, group: Group) -> None:
        """Optimize further parameters, such as those of a layer that is no longer frozen.

        Args:
            group: a dict with the key 'params' and settings that differ from the optimizer's.

        Raises:
            ValueError, TypeError: as for the optimizer itself; then nothing has been added.
        """
        if not isinstance(group, dict) or "params" not in group:
            raise TypeError(
                "a group is a dict with the key 'params', such as {'params': layer.parameters(), 'lr': 0.1}; "
                f"got {group!r:.60}"
            )
        params = _listed(self, group["params"])
        settings = self._checked({**self.defaults, **_settings(group)})
        seen = {id(p) for other in self.param_groups for p in other["params"]}
        listed_parameters(type(self).__name__, params)
        for index, p in enumerate(params):
            _check_leaf(index, p)
            if id(p) in seen:
                raise ValueError(
                    f"parameter {index} of group {len(self.param_groups)} is there twice, so a step would "
                    "move it twice; leave one out"
                )
            seen.add(id(p))
        self.param_groups.append({"params": params, **settings})
        self.state.append(self._fresh_state(self.param_groups[-1]))

    def state_dict(self) -> dict[str, Any]:
        """All that a resumed run needs beside the parameters themselves, as plain numbers, lists and dicts.

        In place of its parameters each group has their positions, counted through all groups.
        """
        groups, first = [], 0
        for group in self.param_groups:
            count = len(group["params"])
            groups.append({**group, "params": list(range(first, first + count))})
            first += count
        state = [{k: list(v) if isinstance(v, list) else v for k, v in s.items()} for s in self.state]
        return {"optimizer": type(self).__name__, "state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where the optimizer of the state was: settings and running averages, to the last bit.

        Args:
            state_dict: what `state_dict()` gave.

        Raises:
            ValueError: if the state is of another kind of optimizer, has other numbers of groups or
                parameters, or is incomplete; then nothing has changed.
            TypeError: if it is no dict.
        """
        name = type(self).__name__
        saved = saved_state(self, "optimizer", state_dict, ("state", "param_groups"))
        try:
            sizes = [len(group["params"]) for group in self.param_groups]
            others = [len(group["params"]) for group in saved["param_groups"]]
            if sizes != others or len(sizes) != len(saved["state"]):
                raise ValueError(
                    f"this {name} has groups of {sizes} parameters, the state has {others}; build the same "
                    "model and the same groups before loading"
                )
            places = zip(self.param_groups, saved["param_groups"], strict=True)
            groups = [self._loaded_group(group["params"], new) for group, new in places]
            state = [
                self._loaded_state(group, new) for group, new in zip(groups, saved["state"], strict=True)
            ]
        except (
            TypeError,
            KeyError,
            AttributeError,
        ) as error:  # other kinds of entries than state_dict() gives
            raise ValueError(f"the state is not as state_dict() of {name} gives it: {error!r}") from error
        self.param_groups, self.state = groups, state

    def _loaded_group(self, params: list[Value], saved: Group) -> Group:
        missing = [key for key in self.defaults if key not in saved]
        if missing:
            raise ValueError(f"the state of {type(self).__name__} lacks the setting {missing[0]!r}")
        return {"params": params, **self._checked(_settings(saved))}

    def _loaded_state(self, group: Group, saved: State) -> State:
        fresh, size = self._fresh_state(group), len(group["params"])
        missing = [key for key in fresh if key not in saved]
        unknown = [key for key in saved if key not in ("step", *self.buffers)]
        if missing or unknown:
            raise ValueError(
                f"the state of {type(self).__name__} is not whole: missing {missing}, unknown {unknown}"
            )
        loaded: State = {"step": int(saved["step"])}
        for key in self.buffers:
            if key in saved:
                loaded[key] = [as_float(number) for number in saved[key]]
                if len(loaded[key]) != size:
                    raise ValueError(f"{key} has {len(loaded[key])} numbers for {size} parameters")
        return loaded

    def _checked(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        name = type(self).__name__
        allowed = getattr(self, "defaults", settings)
        unknown = [key for key in settings if key not in allowed and key != "initial_lr"]
        if unknown:
            raise ValueError(f"{name} has no setting {unknown[0]!r}; there are {', '.join(allowed)}")
        result = checked(name, settings)
        if result.get("eps") == 0.0:
            raise ValueError(
                f"eps of {name} is above zero, got 0.0: where all gradients were zero, a step would be 0/0"
            )
        return result

    def __repr__(self) -> str:
        groups = []
        for group in self.param_groups:
            settings = ", ".join(f"{name}={setting}" for name, setting in _settings(group).items())
            groups.append(f"params={len(group['params'])}, {settings}")
        return f"{type(self).__name__}({'; '.join(groups)})"


def _settings(group: Group) -> dict[str, Any]:
    return {name: setting for name, setting in group.items() if name != "params"}


def _listed(optimizer: Optimizer, params: Any) -> list[Any]:
    found = listed(type(optimizer).__name__, "parameters", params, Value)
    if not found:
        raise ValueError(f"{type(optimizer).__name__} needs at least one parameter, got an empty list")
    return found


def _check_leaf(index: int, p: Value) -> None:
    if p._prev:
        raise ValueError(
            f"parameter {index} was computed from others ({p._op}), so moving it would change nothing; "
            "give the leaves it was computed from"
        )


def with_decay(strength: float, weights: Numbers, grads: Numbers) -> Numbers:
    """The gradients plus the gradient of the penalty 1/2 * strength * w**2."""
    if strength == 0.0:
        return grads  # g + 0.0 * w is nan where w is infinite
    return mixed(1.0, grads, strength, weights)
