/* What math.h lacks, or computes otherwise than `autograd/floats.py` and `autograd/special.py` do. `to_c` copies
   those functions that a program calls; a blank line ends each of them. */

static const double PI = 3.141592653589793;

static const double PI_REST = 1.2246467991473532e-16; /* beyond the digits of PI */

static const double ROOT_PI = 1.7724538509055159;

static const double ROOT_2PI = 2.5066282746310002;

static const double ROOT_HALF = 0.7071067811865476;

static const double ROOT_HALF_HEAD = 0x1.6a09e6p-1; /* its first 26 bits */

static const double ROOT_HALF_REST = 0x1.9fcef32422cbfp-27; /* what is left of sqrt(0.5) */

/* x to the power y. */
static double power(double x, double y)
{
    return y == 2.0 ? x * x : y == 1.0 ? x : pow(x, y);
}

/* The largest whole number that is no larger than x / y. */
static double floor_divide(double x, double y)
{
    double rest = fmod(x, y), quotient = (x - rest) / y;
    if (y == 0.0)
        return x / y;
    if (rest != 0.0 && (y < 0.0) != (rest < 0.0))
        quotient -= 1.0;
    if (quotient == 0.0)
        return copysign(0.0, x / y);
    return floor(quotient) + (quotient - floor(quotient) > 0.5 ? 1.0 : 0.0);
}

/* What is left of x when floor(x / y) times y is taken away; it has the sign of y. */
static double modulo(double x, double y)
{
    double rest = fmod(x, y);
    if (rest == 0.0)
        return copysign(0.0, y);
    return (y < 0.0) != (rest < 0.0) ? rest + y : rest;
}

/* log(exp(x) + exp(y)) */
static double logaddexp(double x, double y)
{
    if (x == y)
        return x + 0.6931471805599453;
    return (x > y ? x : y) + log1p(exp(-fabs(x - y)));
}

/* 1 / (1 + exp(-x)), written so that the exponential never overflows. */
static double sigmoid(double x)
{
    double e = exp(-fabs(x));
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

/* log(1 + exp(x)), written so that the exponential never overflows. */
static double softplus(double x)
{
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}

/* x where it is positive, else 0; nan stays nan. */
static double relu(double x)
{
    return x <= 0.0 ? 0.0 : x;
}

/* x where it is positive, else slope * x. */
static double leaky_relu(double x, double slope)
{
    return x > 0.0 ? x : slope * x;
}

/* x where it is positive, else alpha * (exp(x) - 1). */
static double elu(double x, double alpha)
{
    return x > 0.0 ? x : alpha * expm1(x);
}

/* x * sigmoid(x) */
static double silu(double x)
{
    return x == -INFINITY ? -0.0 : x * sigmoid(x);
}

/* The larger of two numbers; nan if either is nan, and 0.0 is larger than -0.0. */
static double maximum(double x, double y)
{
    if (isnan(x) || isnan(y))
        return NAN;
    if (x == y)
        return signbit(x) ? y : x;
    return x > y ? x : y;
}

/* The smaller of two numbers; nan if either is nan, and -0.0 is smaller than 0.0. */
static double minimum(double x, double y)
{
    return -maximum(-x, -y);
}

/* x if the condition is not zero, else -0.0: the one number that changes nothing when added. */
static double when(double condition, double x)
{
    return condition != 0.0 ? x : -0.0;
}

/* x if the condition is not zero, else 1.0: the one number that changes nothing when multiplied by. */
static double or_one(double condition, double x)
{
    return condition != 0.0 ? x : 1.0;
}

/* -1, 0 or 1 by the sign of x; nan stays nan. */
static double sign(double x)
{
    return x > 0.0 || x < 0.0 ? copysign(1.0, x) : x;
}

/* The first 26 bits of a number below 39, whose square is exact. */
static double head_of(double x)
{
    return floor(x * 0x1p20) * 0x1p-20;
}

/* The density of the standard normal distribution, exp(-x**2 / 2) / sqrt(2 * pi). */
static double normal_pdf(double x)
{
    double head = head_of(x);
    if (!(fabs(x) < 39.0))
        return isnan(x) ? x : 0.0;
    return exp(-0.5 * head * head) * exp(-0.5 * (x - head) * (x + head)) / ROOT_2PI;
}

/* The standard normal distribution function, (1 + erf(x / sqrt(2))) / 2, exact in both tails. */
static double normal_cdf(double x)
{
    double z = -x * ROOT_HALF, head = head_of(x), rest;
    if (!(fabs(x) < 39.0))
        return isnan(x) ? x : x > 0.0 ? 1.0 : 0.0;
    if (x > -1.0)
        return 0.5 * erfc(z);
    /* What z lacks of -x / sqrt(2), by the product of their first 26 bits, which is exact. */
    rest = (-head * ROOT_HALF_HEAD - z) - (x - head) * ROOT_HALF_HEAD - x * ROOT_HALF_REST;
    return 0.5 * erfc(z) - rest * normal_pdf(x) / ROOT_HALF;
}

/* x times the normal distribution function. */
static double gelu(double x)
{
    return x == -INFINITY ? -0.0 : x * normal_cdf(x);
}

/* The number whose error function is x: Winitzki's approximation (2008), and Halley's method. */
static double erfinv(double x)
{
    double size = fabs(x), logarithm = log1p(-size * size), half = 2.0 / (PI * 0.147) + logarithm / 2.0;
    double z = sqrt(sqrt(half * half - logarithm / 0.147) - half), error, step;
    if (!(size < 1.0))
        return size == 1.0 ? copysign(INFINITY, x) : NAN;
    for (int i = 0; i < 3; i++) {
        error = size < 0.5 ? erf(z) - size : (1.0 - size) - erfc(z);
        step = error * 0.5 * ROOT_PI * exp(z * z);
        z -= step / (1.0 + z * step);
    }
    return copysign(z, x);
}

/* How many quarters of a turn are nearest to pi * x; what differs by whole turns counts as one. */
static int quarters_in(double x)
{
    return (int)rint(2.0 * fmod(x, 2.0));
}

/* The angle that is left of pi * x without those quarters. */
static double angle_in(double x)
{
    return PI * (fmod(x, 2.0) - 0.5 * quarters_in(x));
}

/* The sine of an angle and so many quarters of a turn, of the sine and the cosine of the angle. */
static double turned(int quarters, double sine, double cosine)
{
    double found = quarters & 1 ? cosine : sine;
    return quarters & 2 ? 0.0 - found : found; /* no -0.0, whichever zero it is */
}

/* sin(pi x) / (pi x), and 1 at 0. */
static double sinc(double x)
{
    double angle;
    if (x == 0.0)
        return 1.0;
    if (!isfinite(x))
        return isnan(x) ? x : 0.0;
    angle = angle_in(x);
    return turned(quarters_in(x), sin(angle), cos(angle)) / (PI * x);
}

/* The n-th derivative of sinc; as the table's, by steps up where n < pi*x and by steps down elsewhere. */
static double sinc_derivative(double n, double x)
{
    double z = PI * x, angle, sine, cosine, integral, scale;
    int quarters, order;
    if (!(0.0 <= n && n <= 620.0 && n == floor(n)))
        return NAN;
    if (n == 0.0 || !isfinite(x))
        return sinc(x);
    order = (int)n;
    quarters = quarters_in(x);
    angle = angle_in(x);
    sine = turned(quarters, sin(angle), cos(angle));
    cosine = turned(quarters + 1, sin(angle), cos(angle));
    if (fabs(z) > n) {
        integral = sine / z;
        for (int k = 1; k <= order; k++)
            integral = (turned(k, sine, cosine) - k * integral) / z;
    } else {
        integral = 0.0;
        for (int k = order + 10 * (int)sqrt(n) + 20; k > order; k--)
            integral = (turned(k, sine, cosine) - z * integral) / k;
    }
    scale = pow(PI, n);
    return (scale + scale * (n * (PI_REST / PI))) * integral;
}
