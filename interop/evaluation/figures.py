"""Writes down what scikit-learn, statsmodels, SciPy and MLstatkit say of a few models' scores; PublishedFiguresTest holds
Leat to it. The covariance of two areas is computed here from its definition, pair by pair: of rows, where MLstatkit's DeLong
test and a bootstrap have to agree with it, and of clusters (Obuchowski 1997), where a bootstrap of clusters has to, or nothing
is written."""

import json
import sys

import numpy as np
import statsmodels.api as sm
from MLstatkit import Delong_test
from scipy import stats
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

Z = stats.norm.ppf(0.975)


def interval(value, error, least=-np.inf, greatest=np.inf):
    return [float(value), float(max(least, value - Z * error)), float(min(greatest, value + Z * error))]


def placements(scores, labels):
    """By the definition: each true row against each other one."""
    wins = (scores[labels == 1][:, None] > scores[labels == 0][None, :]) + 0.5 * (
        scores[labels == 1][:, None] == scores[labels == 0][None, :])
    return wins.mean(axis=1), wins.mean(axis=0)


def obuchowski(placements, area, labels, clusters):
    """Standard error of an area, or of a difference of two, over clusters: S10 / M + S01 / N + 2 S11 / (M N)."""
    of_true, of_false = placements
    sums = {label: {} for label in (1, 0)}
    for label, values in ((1, of_true), (0, of_false)):
        for cluster, value in zip(clusters[labels == label], values):
            sums[label][cluster] = sums[label].get(cluster, 0.0) + value - area
    m, n, every = len(of_true), len(of_false), len(set(clusters))
    s10 = len(sums[1]) / ((len(sums[1]) - 1) * m) * sum(value ** 2 for value in sums[1].values())
    s01 = len(sums[0]) / ((len(sums[0]) - 1) * n) * sum(value ** 2 for value in sums[0].values())
    s11 = every / (every - 1) * sum(value * sums[0].get(cluster, 0.0) for cluster, value in sums[1].items())
    return np.sqrt(s10 / m + s01 / n + 2 * s11 / (m * n))


def agrees(error, area, clusters, random):
    """Whether a bootstrap of clusters has about the same standard error."""
    rows = {cluster: np.flatnonzero(clusters == cluster) for cluster in set(clusters)}
    again = [area(np.concatenate([rows[cluster] for cluster in random.choice(list(rows), len(rows))]))
             for _ in range(2000)]
    assert abs(np.nanstd(again) / error - 1) < 0.2, (np.nanstd(again), error)


def clustered(values, clusters):
    fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    return interval(fit.params[0], fit.bse[0])


def losses(scores, labels):
    clipped = np.clip(scores, 1e-15, 1 - 1e-15)
    return -(labels * np.log(clipped) + (1 - labels) * np.log(1 - clipped)), (scores - labels) ** 2


def calibration_error(scores, labels):
    ranks = stats.rankdata(scores)  # from 1, tied ones at their middle
    bins = np.floor(10 * (ranks - 0.5) / len(scores) + 1e-9).astype(int)
    return float(sum((bins == b).mean() * abs(scores[bins == b].mean() - labels[bins == b].mean()) for b in set(bins)))


def performance(scores, labels, clusters):
    of_true, of_false = placements(scores, labels)
    area = roc_auc_score(labels, scores)
    error = obuchowski((of_true, of_false), area, labels, clusters)
    log, square = losses(scores, labels)
    assert np.isclose(log.mean(), log_loss(labels, np.clip(scores, 1e-15, 1 - 1e-15)))
    assert np.isclose(square.mean(), brier_score_loss(labels, scores))
    clipped = np.clip(scores, 1e-15, 1 - 1e-15)
    line = sm.Logit(labels, sm.add_constant(np.log(clipped / (1 - clipped)))).fit(disp=0, tol=1e-12, maxiter=200)
    return {
        "auc": interval(area, error, 0, 1),
        "logLoss": clustered(log, clusters),
        "brier": clustered(square, clusters),
        "calibrationError": calibration_error(scores, labels),
        "intercept": float(line.params[0]),
        "slope": float(line.params[1]),
    }


def of_rows(scores, labels):
    of_true, of_false = placements(scores, labels)
    error = np.sqrt(of_true.var(ddof=1) / len(of_true) + of_false.var(ddof=1) / len(of_false))
    return interval(roc_auc_score(labels, scores), error, 0, 1)


def clustered_difference(baseline, candidate, labels, clusters, random):
    (t0, f0), (t1, f1) = placements(baseline, labels), placements(candidate, labels)
    difference = roc_auc_score(labels, candidate) - roc_auc_score(labels, baseline)
    error = obuchowski((t1 - t0, f1 - f0), difference, labels, clusters)
    agrees(error, lambda rows: roc_auc_score(labels[rows], candidate[rows]) - roc_auc_score(labels[rows], baseline[rows]),
           clusters, random)
    agrees(obuchowski((t0, f0), roc_auc_score(labels, baseline), labels, clusters),
           lambda rows: roc_auc_score(labels[rows], baseline[rows]), clusters, random)
    return interval(difference, error)


def area_difference(baseline, candidate, labels, random):
    (t0, f0), (t1, f1) = placements(baseline, labels), placements(candidate, labels)
    areas = roc_auc_score(labels, candidate) - roc_auc_score(labels, baseline)
    error = np.sqrt((t1 - t0).var(ddof=1) / len(t0) + (f1 - f0).var(ddof=1) / len(f0))
    z = Delong_test(labels, candidate, baseline)[0]
    assert np.isclose(abs(z), abs(areas / error), rtol=1e-6), (z, areas / error)
    again = []
    positives, negatives = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    for _ in range(2000):
        rows = np.concatenate([random.choice(positives, len(positives)), random.choice(negatives, len(negatives))])
        again.append(roc_auc_score(labels[rows], candidate[rows]) - roc_auc_score(labels[rows], baseline[rows]))
    assert abs(np.std(again) / error - 1) < 0.15, (np.std(again), error)
    return interval(areas, error)


def off_policy(rewards, propensities, decided, clusters):
    weights = decided / propensities
    line = sm.WLS(rewards, np.ones(len(rewards)), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": clusters})  # its constant is the weighted mean
    return {
        "ips": clustered(weights * rewards, clusters),
        "selfNormalised": interval(line.params[0], line.bse[0]),
        "effectiveRows": float(weights.sum() ** 2 / (weights ** 2).sum()),
    }


def case(seed, rows, digits):
    random = np.random.default_rng(seed)
    clusters = random.integers(0, rows // 4, rows)
    margin = random.normal(size=rows) + random.normal(size=rows // 4)[clusters] - 0.5
    labels = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(int)
    baseline = np.round(1 / (1 + np.exp(-1.4 * margin - random.normal(size=rows))), digits)
    candidate = np.round(1 / (1 + np.exp(-0.8 * margin - 0.4 * random.normal(size=rows) - 0.2)), digits)
    canary = random.random(rows // 4)[clusters] < 0.3
    propensities = np.where(canary, 0.3, 0.7)
    return {
        "baseline": baseline.tolist(),
        "candidate": candidate.tolist(),
        "labels": labels.tolist(),
        "clusters": clusters.tolist(),
        "propensities": propensities.tolist(),
        "decided": canary.astype(int).tolist(),
        "expected": {
            "baseline": performance(baseline, labels, clusters),
            "candidate": performance(candidate, labels, clusters),
            "aucOfRows": of_rows(baseline, labels),
            "aucDifferenceOfRows": area_difference(baseline, candidate, labels, random),
            "aucDifference": clustered_difference(baseline, candidate, labels, clusters, random),
            "logLossDifference": clustered(losses(candidate, labels)[0] - losses(baseline, labels)[0], clusters),
            "brierDifference": clustered(losses(candidate, labels)[1] - losses(baseline, labels)[1], clusters),
            "offPolicy": off_policy(labels.astype(float), propensities, canary.astype(float), clusters),
        },
    }


cases = [case(1, 60, 6), case(2, 137, 1), case(3, 200, 2)]  # with one digit most scores are tied, and some are 0 or 1
with open(sys.argv[1], "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n")
