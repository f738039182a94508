"""scikit-learn's own network."""

from __future__ import annotations

from tests.benchmarks.training.digits import BATCH, CLASSES, LEARNING_RATE, SIZES, digits
from tests.benchmarks.training.trainer import Course, Trainer, Watch, orders


class Classifier(Trainer):
    """`MLPClassifier`, an epoch for each call of `partial_fit`.

    Its numbers are not those of the others: it draws its own weights, and its Adam adds eps in another place.
    """

    name, needs, kind = "scikit-learn", "sklearn", "arrays"
    checked = False

    def digits(self, epochs: int) -> Course:
        from sklearn.neural_network import MLPClassifier

        images, classes, watch, losses = digits().images, digits().classes, Watch(), []
        network = MLPClassifier(
            SIZES[:-1],
            alpha=0.0,
            batch_size=BATCH,
            learning_rate_init=LEARNING_RATE,
            shuffle=False,
            random_state=0,
        )
        for order in watch.each(orders(len(classes), epochs)):
            network.partial_fit(images[order], classes[order], classes=range(CLASSES))
            losses.append(network.loss_)
        watch.stop()
        return Course(losses, watch.moments, network.predict_proba)
