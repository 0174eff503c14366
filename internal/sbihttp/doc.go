// Package sbihttp carries MOSIP's Secure Biometric Interface 0.9.5 over HTTP: a client that fills capture.Reader, and the server of a capture
// agent with any capture.Reader behind it. It exists so that a station takes prints from readers of any maker, near it or at another desk.
//
// It must never give out what biometrics/capture/sbi has not verified, send prints in clear over a network, answer a page of a browser whose
// origin was not allowed, or log what passes through it.
package sbihttp
