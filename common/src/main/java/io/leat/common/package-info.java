/**
 * What every part of Leat uses: the error that a user can mend, its codes, and what closes things
 * after an error. Imports nothing of Leat and no library.
 */
@NullMarked
package io.leat.common;

import org.jspecify.annotations.NullMarked;
