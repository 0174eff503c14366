// Package barcode finds Data Matrix, QR and Aztec codes in pictures of documents and gives their bytes, and draws codes for specimens.
// It exists so that the libraries of barcodes, and their traps, stand in one place. It must never judge what a code says, never turn
// bytes into a text on the way, and never work longer on a picture than its bounds allow.
package barcode
