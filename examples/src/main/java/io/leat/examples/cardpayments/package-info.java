/**
 * A producer of card payments, for the pipeline in {@code examples/card-payments}: a simulated town
 * of customers and terminals with a few ways to defraud them. {@link
 * io.leat.examples.cardpayments.Town} is the model, {@link
 * io.leat.examples.cardpayments.CardPayments} publishes what happens there.
 *
 * <p>Imports {@code schemas}, as any producer in Java would.
 */
@NullMarked
package io.leat.examples.cardpayments;

import org.jspecify.annotations.NullMarked;
