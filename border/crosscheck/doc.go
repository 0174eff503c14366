// Package crosscheck holds what a travel document says in one place against what it says in another: the visual zone, the machine
// readable zone, the chip, the seal, the device's own verdicts, the lists, and the rules of the state that issued it. It exists so that
// an officer sees in one glance which value differs from which, and why that matters. Each item of the catalogue has a verdict of its
// own; what was not compared is never taken for equal. It must never repair a value, never wait for anything remote, and never say that
// a document is genuine.
package crosscheck
