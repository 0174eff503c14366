// Package training answers the training page over HTTP: an officer calls up a specimen, which is put on the simulated reader of his own
// lane, decides at the counter, and is told afterwards what there was to see. It must never put a specimen on a lane that admits
// travellers, never let one pass for a real document, and decides nothing itself.
package training
