// Package ca is the small certificate authority of a program: it makes the certificates by which stations and the centre know
// each other, and those of the pages that browsers open.
//
// It exists so that a station can be added and shut out singly, without a public authority and without a link to anybody. It
// must never sign a name that the caller has not said, never let a private key leave its file or process, and never accept
// anything below TLS 1.3.
//
// The chain is root, intermediate, leaf (RFC 5280), all ECDSA on P-256. The root's key is needed once in three years and may
// be taken off line after the first start.
package ca
