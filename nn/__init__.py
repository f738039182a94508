"""Neural networks of scalars, built on `autograd`: layers, losses, optimizers, training.

>>> import nn
>>> model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
>>> history = nn.fit(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], loss="bce_with_logits",
...                  optimizer="adam", learning_rate=0.1, epochs=150, progress=False)
>>> [output > 0 for output in nn.predict(model, [[0, 0], [0, 1], [1, 0], [1, 1]])]
[False, True, True, False]
"""
