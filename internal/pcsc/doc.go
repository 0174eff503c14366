// Package pcsc reads cards through the PC/SC daemon (pcscd of pcsc-lite): it speaks the daemon's protocol over its Unix socket, versions
// 4:4 and 4:5, in pure Go. It exists so that a station can read chips with any reader that has a driver for PC/SC, without C in the
// program. A program has it only when it is built with the tag "pcsc" (Built). Nothing that the daemon says is believed beyond its bounds;
// package pcsc must never keep or log what a card answers.
package pcsc
