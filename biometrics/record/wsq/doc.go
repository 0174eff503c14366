// Package wsq decodes and encodes fingerprint images in Wavelet Scalar Quantization (IAFIS-IC-0110, the FBI's grey-scale fingerprint image
// compression specification): a symmetric 9/7 wavelet, 64 subbands, a uniform quantiser with a dead zone, Huffman codes. It exists because
// 500 ppi images travel in it, in ISO/IEC 19794-4 records, ANSI/NIST-ITL files and from readers.
//
// It must never trust a size that a file claims before it is checked against biometrics.MaxSide and MaxPixels, nor the resolution of a
// comment when the record around the image has one. It takes time linear in the bytes and the pixels.
package wsq
