// Package interpolhttp speaks with outside services of the INTERPOL kind over HTTPS with JSON: the transport of alerts/interpol. The protocol
// is the project's own, because the operational one is not public (docs/interpol.md). It must never put a person's data into an address, follow
// a redirect, take an answer without bounds, or talk to a server whose certificate does not hang on the root that was named.
package interpolhttp
