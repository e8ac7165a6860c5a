package io.leat.deadletters;

import org.jspecify.annotations.Nullable;

/** Key and value of an event as its producer wrote them. */
record EventBytes(byte @Nullable [] key, byte @Nullable [] value) {}
