// SPDX-License-Identifier: MIT
// json_validate SCHEMA.json [--lines] FILE: whether a document, or each line of a file, is as the
// schema says. Status: 0 it is, 1 it is not, 2 a file cannot be read or is no JSON.
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

#include <rapidjson/document.h>
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

using valijson::adapters::RapidJsonAdapter;

static bool read_json(const std::string &text, const char *name, rapidjson::Document &document)
{
	document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
	if (!document.HasParseError())
		return true;
	std::fprintf(stderr, "json_validate: %s: no JSON at byte %zu\n", name,
		     document.GetErrorOffset());
	return false;
}

static bool read_file(const char *path, std::string &text)
{
	std::ifstream in(path, std::ios::binary);

	text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
	if (in.good() || in.eof())
		return true;
	std::fprintf(stderr, "json_validate: %s: cannot be read\n", path);
	return false;
}

static int validate(const valijson::Schema &schema, const std::string &text, const char *name)
{
	valijson::Validator validator;
	valijson::ValidationResults results;
	valijson::ValidationResults::Error error;
	rapidjson::Document document;

	if (!read_json(text, name, document))
		return 2;
	if (validator.validate(schema, RapidJsonAdapter(document), &results))
		return 0;
	while (results.popError(error)) {
		std::fprintf(stderr, "json_validate: %s: ", name);
		for (const std::string &step : error.context)
			std::fprintf(stderr, "%s", step.c_str());
		std::fprintf(stderr, ": %s\n", error.description.c_str());
	}
	return 1;
}

static int validate_lines(const valijson::Schema &schema, const std::string &text, const char *name)
{
	int worst = text.empty() ? 2 : 0;

	for (size_t at = 0; at < text.size();) {
		size_t end = text.find('\n', at);
		int status;

		if (end == std::string::npos) {
			std::fprintf(stderr, "json_validate: %s: the last line has no end\n", name);
			return 2;
		}
		status = validate(schema, text.substr(at, end - at), name);
		worst = status > worst ? status : worst;
		at = end + 1;
	}
	return worst;
}

static int run(int argc, char **argv)
{
	bool lines = argc == 4 && !std::strcmp(argv[2], "--lines");
	std::string schema_text, text;
	rapidjson::Document document;
	valijson::SchemaParser parser;
	valijson::Schema schema;

	if (argc != 3 && !lines) {
		std::fprintf(stderr, "usage: json_validate SCHEMA.json [--lines] FILE\n");
		return 2;
	}
	if (!read_file(argv[1], schema_text) || !read_file(argv[argc - 1], text) ||
	    !read_json(schema_text, argv[1], document))
		return 2;
	parser.populateSchema(RapidJsonAdapter(document), schema);
	return lines ? validate_lines(schema, text, argv[argc - 1])
		     : validate(schema, text, argv[argc - 1]);
}

int main(int argc, char **argv)
{
	try {
		return run(argc, argv);
	} catch (const std::exception &error) {
		std::fprintf(stderr, "json_validate: %s\n", error.what());
		return 2;
	}
}
