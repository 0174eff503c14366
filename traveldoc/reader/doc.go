// Package reader is what a document reader tells of one document that was put on it: the machine readable zone, what is printed in the
// visual zone, the files of the chip, barcodes, images per light, and the device's own verdicts on security features. It exists so that
// every vendor's agent, an uploaded image and the simulated reader speak one language. It must never compute a verdict on a security
// feature itself, and never take "was not done" for "fine".
package reader
