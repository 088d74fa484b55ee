DROP TABLE playback_grants;
DROP TABLE transcript_segments;
DROP TABLE transcripts;
DROP TABLE recordings;
