package io.leat.runtime.access;

import com.linecorp.armeria.common.RequestHeaders;

/** Says whose a request is. Thread-safe. */
@FunctionalInterface
interface Authenticator {
  /**
   * The sender of a request.
   *
   * @throws RefusedException if it is not known who that is
   */
  Principal authenticate(RequestHeaders request) throws RefusedException;
}
