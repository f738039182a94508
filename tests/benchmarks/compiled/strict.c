/* Values and gradients by hand: forward, then backward through every line, as a careful person writes them.

   Compiled with gcc -O3 -march=native -ffp-contract=off, which changes no result.

   A function gets n numbers x, returns its value and writes its gradient, n numbers g. */

#include <math.h>
#include <string.h>

static inline double rosenbrock(int n, const double *restrict x, double *restrict g) {
    double value = 0;
    g[0] = 0;
    for (int i = 0; i < n - 1; i++) {
        double rise = x[i + 1] - x[i] * x[i];
        double rest = 1 - x[i];
        value += 100 * (rise * rise) + rest * rest;
        double by_rise = 200 * rise;
        g[i] -= by_rise * (2 * x[i]) + 2 * rest;
        g[i + 1] = by_rise;
    }
    return value;
}

static inline double normal(double x) { return (erf(x * M_SQRT1_2) + 1) / 2; }

static inline double density(double x) { return exp(-(x * x) / 2) * (M_2_SQRTPI * M_SQRT1_2 / 2); }

static inline double black_scholes(int n, const double *restrict x, double *restrict g) {
    double spot = x[0], strike = x[1], rate = x[2], volatility = x[3], years = x[4];
    double root = sqrt(years);
    double spread = volatility * root;
    double drift = rate + volatility * volatility / 2;
    double high = (log(spot / strike) + drift * years) / spread;
    double low = high - spread;
    double discount = exp(-(rate * years));
    double at_high = normal(high), at_low = normal(low);

    double by_low = -strike * discount * density(low);
    double by_high = spot * density(high) + by_low;
    double by_sum = by_high / spread;
    double by_spread = -by_low - by_sum * high;
    double by_exponent = -strike * at_low * discount;
    g[0] = at_high + by_sum / spot;
    g[1] = -discount * at_low - by_sum / strike;
    g[2] = by_sum * years - by_exponent * years;
    g[3] = by_sum * years * volatility + by_spread * root;
    g[4] = by_sum * drift - by_exponent * rate + by_spread * volatility / (2 * root);
    return spot * at_high - strike * discount * at_low;
}

static inline double tanh_six_times(int n, const double *restrict x, double *restrict g) {
    double start = x[0], slope = x[1], shift = x[2];
    double out[6], high[6];
    double t = start;
    for (int k = 0; k < 6; k++) {
        out[k] = t;
        high[k] = tanh(t * slope + shift);
        t = high[k] * high[k] + start;
    }
    double by_start = 0, by_slope = 0, by_shift = 0, by_out = 1;
    for (int k = 5; k >= 0; k--) {
        double by_sum = by_out * (2 * high[k]) * (1 - high[k] * high[k]);
        by_start += by_out;
        by_slope += by_sum * out[k];
        by_shift += by_sum;
        by_out = by_sum * slope;
    }
    g[0] = by_start + by_out;
    g[1] = by_slope;
    g[2] = by_shift;
    return t;
}

/* name_n: the function of n numbers. many_name_n: at many points, the rows of x. */
#define OF(name, n)                                                                                       \
    double name##_##n(const double *restrict x, double *restrict g) { return name(n, x, g); }             \
    void many_##name##_##n(long count, const double *restrict x, double *restrict values,                 \
                           double *restrict g) {                                                          \
        for (long i = 0; i < count; i++) values[i] = name(n, x + i * n, g + i * n);                       \
    }

OF(rosenbrock, 10)
OF(rosenbrock, 100)
OF(black_scholes, 5)
OF(tanh_six_times, 3)

void hessian_rosenbrock_10(const double *restrict x, double *restrict h) {
    enum { N = 10 };
    memset(h, 0, N * N * sizeof(double));
    for (int i = 0; i < N - 1; i++) {
        h[i * N + i] += 1200 * (x[i] * x[i]) - 400 * x[i + 1] + 2;
        h[i * N + i + 1] = h[(i + 1) * N + i] = -400 * x[i];
        h[(i + 1) * N + i + 1] = 200;
    }
}

/* The moons: a network of layers of 16, 16 and 1 neurons, each its bias and then its weights. */
enum { IN = 2, WIDE = 16, FIRST = WIDE * (1 + IN), SECOND = WIDE * (1 + WIDE), ALL = FIRST + SECOND + 1 + WIDE };

static inline double relu(double x) { return x > 0 ? x : 0; }

static inline double neuron(int n, const double *restrict p, const double *restrict x) {
    double sum = p[0];
    for (int i = 0; i < n; i++) sum += p[1 + i] * x[i];
    return sum;
}

static inline void neuron_backward(int n, double by_sum, const double *restrict p, const double *restrict x,
                                   double *restrict g, double *restrict by_x) {
    g[0] += by_sum;
    for (int i = 0; i < n; i++) {
        g[1 + i] += by_sum * x[i];
        by_x[i] += by_sum * p[1 + i];
    }
}

/* The loss of one point, whose gradient is added to g. */
static double moons_loss(const double *restrict p, const double *restrict x, double sign, double *restrict g) {
    double one[WIDE], two[WIDE], by_one[WIDE] = {0}, by_two[WIDE] = {0}, by_x[IN] = {0};
    const double *second = p + FIRST, *last = second + SECOND;
    for (int j = 0; j < WIDE; j++) one[j] = relu(neuron(IN, p + j * (1 + IN), x));
    for (int j = 0; j < WIDE; j++) two[j] = relu(neuron(WIDE, second + j * (1 + WIDE), one));
    double loss = 1 - sign * neuron(WIDE, last, two);
    if (!(loss > 0)) return 0;

    neuron_backward(WIDE, -sign, last, two, g + FIRST + SECOND, by_two);
    for (int j = 0; j < WIDE; j++)
        if (two[j] > 0)
            neuron_backward(WIDE, by_two[j], second + j * (1 + WIDE), one, g + FIRST + j * (1 + WIDE), by_one);
    for (int j = 0; j < WIDE; j++)
        if (one[j] > 0) neuron_backward(IN, by_one[j], p + j * (1 + IN), x, g + j * (1 + IN), by_x);
    return loss;
}

/* The mean loss of all points with a penalty on the parameters, and its gradient. */
void moons(const double *restrict p, long count, const double *restrict points, const double *restrict signs,
           double penalty, double *restrict value, double *restrict g) {
    double loss = 0, squares = 0;
    memset(g, 0, ALL * sizeof(double));
    for (long i = 0; i < count; i++) loss += moons_loss(p, points + i * IN, signs[i], g);
    for (int i = 0; i < ALL; i++) {
        squares += p[i] * p[i];
        g[i] = g[i] / count + penalty * 2 * p[i];
    }
    *value = loss / count + penalty * squares;
}

/* Steps of gradient descent; the value and the gradient are those before the last one. */
void descend(double *restrict p, long steps, double rate, long count, const double *restrict points,
             const double *restrict signs, double penalty, double *restrict value, double *restrict g) {
    for (long step = 0; step < steps; step++) {
        moons(p, count, points, signs, penalty, value, g);
        for (int i = 0; i < ALL; i++) p[i] -= rate * g[i];
    }
}
