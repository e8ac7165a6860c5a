/**
 * What every part of Leat uses: the error that a user can mend, its codes, what a user may have
 * meant by a name that there is not, what closes things after an error, and lookups that must find
 * something. Imports nothing of Leat and no library.
 */
@NullMarked
package io.leat.common;

import org.jspecify.annotations.NullMarked;
