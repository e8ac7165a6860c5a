package io.leat.examples.cardpayments;

import java.time.Instant;

/**
 * One payment.
 *
 * @param id number of the payment, from 1, in order of time
 * @param amount in euros; below 0 only where a terminal is out of order
 * @param fraud whether the card's owner did not make it
 */
record Payment(
    long id,
    Instant paidAt,
    String customerId,
    String terminalId,
    String terminalCountry,
    double amount,
    boolean fraud) {}
