/**
 * Evidence against "nothing has changed" that may be looked at after every window: conformal ranks,
 * bets on them, Shiryaev-Roberts detectors, and whether a reference lets their promise hold.
 *
 * <p>Plain arithmetic on series of numbers: knows no feature, no window's content and no Kafka.
 */
@NullMarked
package io.leat.drift.evidence;

import org.jspecify.annotations.NullMarked;
