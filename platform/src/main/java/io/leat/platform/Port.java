package io.leat.platform;

/**
 * A port that a service listens on.
 *
 * @param name by which {@code leat up} keeps it in {@code endpoints.properties}
 * @param flag the option that sets it
 * @param number the port where none is given
 */
public record Port(String name, String flag, int number) {}
