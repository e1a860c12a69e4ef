import { acceptedEncoding } from "../http/accept-encoding.js";
import type { Resource } from "../http/resource.js";
import { IS_BUILT } from "../system/program-folder.js";
import { shareContent } from "../system/share-content.js";

/** Encodings in which the build also writes static files, the smaller one first. Their names end with the encoding. */
export const FILE_ENCODINGS = ["br", "gzip"] as const;
export type FileEncoding = (typeof FILE_ENCODINGS)[number];

interface StaticFile {
  contentType: string;
  headers: Readonly<Record<string, string>>;
  /** Whether the encodings were written: always for files that the build makes. Default: in the built program. */
  isEncoded?: boolean;
  /** Reads what the build wrote in an encoding; null: the file as it is. */
  read(encoding: FileEncoding | null): Promise<Buffer>;
}

/**
 * Serves a file in English, whatever language is asked for. It is read when it is asked for, and stays in memory only as
 * long as a response needs it.
 */
export function staticFile({ contentType, headers, isEncoded = IS_BUILT, read }: StaticFile): Resource {
  const contents = {
    br: shareContent(() => read("br")),
    gzip: shareContent(() => read("gzip")),
    identity: shareContent(() => read(null)),
  };
  return async (_, requestHeaders) => {
    const encoding = isEncoded ? acceptedEncoding(requestHeaders, FILE_ENCODINGS) : null;
    return {
      status: 200,
      contentType,
      headers: {
        ...headers,
        ...(encoding && { "content-encoding": encoding }),
        "content-language": "en",
        vary: "Accept-Encoding, Origin",
      },
      body: await contents[encoding ?? "identity"](),
    };
  };
}
