// SPDX-License-Identifier: Apache-2.0
// The only policy by which text becomes markup here: parts of pages that our own server has rendered and escaped. Scripts
// and addresses of scripts stay forbidden, as there is no way to make them.
if (window.trustedTypes && window.trustedTypes.createPolicy) {
  window.trustedTypes.createPolicy("default", { createHTML: (markup) => markup });
}
