// Package jp2 decodes JPEG 2000 (ITU-T T.800 | ISO/IEC 15444-1), the format of most portraits in chips of travel documents: in its file
// format and as a bare codestream, written from the standard. It exists because a portrait is hostile input: no other program is started
// and every size is bounded. It must never give an image when anything of the data is missing or not understood: the error says what.
//
// Read are: 5/3 reversible and 9/7 irreversible transforms, all five progressions and changes of them, layers, precincts, tiles and tile
// parts, all styles of code blocks, regions of interest (ISO/IEC 19794-5 suggests them for portraits), one to four components of up to 16
// bits, subsampled ones too, both component transforms, palettes, grey, RGB and YCbCr colours. Not read: packed packet headers (PPM, PPT),
// Part 2.
package jp2
