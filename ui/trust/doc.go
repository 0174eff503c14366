// Package trust shows the trust material that signatures of travel documents are judged by, and at the centre lets one person propose
// changes and a second approve them. It decides nothing itself: who may approve what is trustdb's to say, for every way in.
package trust
