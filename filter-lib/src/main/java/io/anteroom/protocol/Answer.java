// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.util.Map;

/**
 * A whole answer, ready to be sent. The body is not copied.
 *
 * @param status the HTTP status
 * @param headers what to set, without content type and length
 * @param contentType the type of the body
 * @param body the body
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, never copied.
public record Answer(int status, Map<String, String> headers, String contentType, byte[] body) {}
